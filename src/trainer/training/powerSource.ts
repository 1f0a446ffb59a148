/** Whether the machine runs on its battery, where the system reports it. */
import { readdir, readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../native/runCommand';
import type { TrainingControl } from './trainingControl';

export type OnBattery = () => Promise<boolean>;

const LINUX_SUPPLIES = '/sys/class/power_supply';
const MILLISECONDS_BETWEEN_LOOKS = 10_000;

/** False where the system does not tell, as on Windows or without a battery. */
export const onBattery: OnBattery = async () => {
  switch (platform()) {
    case 'linux':
      return linuxOnBattery(LINUX_SUPPLIES);
    case 'darwin':
      return (await runCommand('/usr/bin/pmset', ['-g', 'batt'])).includes("'Battery Power'");
    default:
      return false;
  }
};

/**
 * A battery that discharges while no charger is plugged in; batteries of mice and the like do not count.
 * @param folder laid out as /sys/class/power_supply
 */
export async function linuxOnBattery(folder: string): Promise<boolean> {
  const read = (supply: string, name: string): Promise<string> =>
    readFile(join(folder, supply, name), 'utf8').then(
      (text) => text.trim(),
      // Each kind of supply has its own files.
      () => '',
    );
  // Without the folder the machine has no battery that the kernel knows of.
  const supplies = await readdir(folder).catch(() => []);
  let discharging = false;
  for (const supply of supplies) {
    if ((await read(supply, 'type')) === 'Battery') {
      const ofDevice = (await read(supply, 'scope')) === 'Device';
      discharging ||= !ofDevice && (await read(supply, 'status')) === 'Discharging';
    } else if ((await read(supply, 'online')) === '1') {
      return false;
    }
  }
  return discharging;
}

interface PowerWatch {
  readonly control: TrainingControl;
  readonly onBattery: OnBattery;
  /** Told in a sentence why training pauses. */
  readonly warn: (message: string) => void;
  readonly milliseconds?: number;
}

/**
 * Pauses when the charger is unplugged and goes on when it is back. A user who goes on by hand is left alone until then.
 * @returns a function that ends the watch
 */
export async function watchPower(watch: PowerWatch): Promise<() => void> {
  const { control, warn, milliseconds = MILLISECONDS_BETWEEN_LOOKS } = watch;
  let before = false;
  const look = async (): Promise<void> => {
    // A failed query is tried again next time.
    const now = await watch.onBattery().catch(() => before);
    if (now === before) {
      return;
    }
    before = now;
    if (now) {
      warn('The computer runs on its battery, so training pauses until it is plugged in or you resume it.');
      control.pause('battery');
    } else {
      control.resume('battery');
    }
  };
  await look();
  const timer = setInterval(() => void look(), milliseconds);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
