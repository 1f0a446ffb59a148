/**
 * Why WebGPU cannot train in this program, with a sentence for the user; null where it can. Dawn lends JavaScript memory of its own, which
 * Node takes and Electron refuses: https://www.electronjs.org/blog/v8-memory-cage
 */
export function webgpuObstacle(
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): Error | null {
  return versions['electron'] === undefined
    ? null
    : new Error(
        'The WebGPU engine does not run inside VS Code on the desktop, whose program (Electron) refuses the memory that it shares. It runs in a remote window (WSL, SSH, a container), and for the terminal tool.',
      );
}
