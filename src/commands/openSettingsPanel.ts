import type { Parts } from '../editor/parts';

/** *Open Settings Panel*, beside the text. */
export function openSettingsPanel({ panel }: Parts): void {
  panel.show();
}
