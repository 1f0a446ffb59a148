/** What a piece of work takes of the processor, which other work of the machine does not change much. */
export async function processorSeconds(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  return process.cpuUsage(start).user / 1e6;
}
