/** What a WebGPU adapter is called, and whether it is a GPU at all. */

/** The part of a `GPUAdapterInfo` that is read here; any text may be empty. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

/** Drivers that compute on the processor: Google's, Mesa's two by their old and new names, and Microsoft's. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** Whether the adapter only imitates a GPU, on the processor. */
export function isSoftwareAdapter(info: AdapterInfo): boolean {
  const texts = [info.vendor, info.architecture, info.device, info.description];
  return info.isFallbackAdapter === true || SOFTWARE.test(texts.join(' '));
}

/** For the user, e.g. "WebGPU on NVIDIA GeForce RTX 4070"; a software adapter is never called a GPU. */
export function describeAdapter(info: AdapterInfo): string {
  const name =
    [info.device, info.description].find((text) => /[a-z].*\s/i.test(text)) ??
    ([info.vendor, info.architecture].filter((text) => text !== '').join(' ') || 'an unnamed adapter');
  return isSoftwareAdapter(info) ? `WebGPU in software, without a GPU (${name})` : `WebGPU on ${name}`;
}
