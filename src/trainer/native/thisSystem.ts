import { existsSync } from 'node:fs';

/** Alpine has another C library than the one that programs for Linux are usually built with. */
const isAlpine = process.platform === 'linux' && existsSync('/etc/alpine-release');

/** Platform and architecture for which programs are prebuilt, such as `linux x64`, or `alpine x64`, for which none are. */
export const thisSystem = `${isAlpine ? 'alpine' : process.platform} ${process.arch}`;

/** @param elsewhere what to do on other systems, a sentence */
export function noPrebuilt(name: string, elsewhere: string): Error {
  return new Error(`There is no prebuilt ${name} for ${thisSystem}. ${elsewhere}`);
}
