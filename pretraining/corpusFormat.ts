/** Documents of a corpus file are separated by a line that holds only a form feed (U+000C). */
export const DOCUMENT_SEPARATOR = '\n\f\n';
