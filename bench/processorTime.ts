/** Seconds of processor time that this process has taken so far, which other programs on the machine hardly affect. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
