/** Whether one of two suggestions begins with the other, so that they are no alternatives. */
export const agrees = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
