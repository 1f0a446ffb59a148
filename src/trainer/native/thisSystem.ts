let name: string | null = null;

/** Platform and architecture, such as `linux x64`, for which programs are prebuilt. Those for Linux need glibc, which Alpine lacks: `linux-musl x64`. */
export function thisSystem(): string {
  name ??= `${process.platform}${lacksGlibc() ? '-musl' : ''} ${process.arch}`;
  return name;
}

/** @param elsewhere what to do on other systems, a sentence */
export function noPrebuilt(name: string, elsewhere: string): Error {
  return new Error(`There is no prebuilt ${name} for ${thisSystem()}. ${elsewhere}`);
}

function lacksGlibc(): boolean {
  if (process.platform !== 'linux') {
    return false;
  }
  // It would ask the network for the name of each connected host.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as unknown as {
    header: { glibcVersionRuntime?: string };
  };
  return header.glibcVersionRuntime === undefined;
}
