/** A Vulkan driver in software, out of a Chromium that is there for other tests: WebGPU runs on it where there is no GPU. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const browsers = join(__dirname, '..', '..', '.cache', 'vscode', 'browser');
const DRIVER = 'vk_swiftshader_icd.json';

function driverOrNull(): string | null {
  const unpacked = existsSync(browsers)
    ? readdirSync(browsers).map((version) => join(browsers, version, 'bin', DRIVER))
    : [];
  const found = [...unpacked, join('/usr/lib/chromium', DRIVER)].find((path) => existsSync(path));
  return found ?? null;
}

/** The environment of a process that uses it, and it alone; null where no such driver is there. */
export function softwareGpuEnvironment(): Record<string, string> | null {
  const driver = driverOrNull();
  if (driver === null) {
    return null;
  }
  // Beside Chromium's driver lies the Vulkan loader that it comes with.
  const libraries = [dirname(driver), process.env['LD_LIBRARY_PATH']].filter((path) => path !== undefined);
  return { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: libraries.join(':') };
}
