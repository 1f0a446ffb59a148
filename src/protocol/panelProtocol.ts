/** What crosses between the extension host and the settings panel's page. */
import * as v from 'valibot';

/** A sampling setting as the page draws it. */
export type PanelSetting = {
  /** The setting's name without `understudy.`. */
  readonly name: string;
  readonly label: string;
  readonly description: string;
} & (
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly minimum: number;
      readonly maximum: number;
      readonly step: number;
    }
  | { readonly kind: 'flag'; readonly value: boolean }
  | {
      readonly kind: 'seed';
      readonly value: number | null;
      readonly minimum: number;
      readonly maximum: number;
    }
);

/** One point of a curve. */
export interface CurvePoint {
  /** Share of the training's budget, 0 to 1. */
  readonly progress: number;
  readonly value: number;
}

export interface PanelTraining {
  readonly phase: 'idle' | 'running' | 'paused';
  /** Lines for the user, e.g. engine, speed, time left. */
  readonly lines: readonly string[];
  readonly progress: number;
  /** Cross-entropy on the training text, in nats per token. */
  readonly trainLoss: readonly CurvePoint[];
  /** Bits per byte on the held-out text. */
  readonly heldOut: readonly CurvePoint[];
}

interface PanelCandidate {
  /** With white space made visible. */
  readonly text: string;
  readonly probability: number;
  readonly byExpert: readonly { readonly name: string; readonly probability: number }[];
}

/** The model's predictions at the cursor. */
export type PanelInspection =
  | { readonly state: 'none'; readonly message: string }
  | {
      readonly state: 'ready';
      readonly where: string;
      /** The end of the text before the cursor. */
      readonly before: string;
      readonly experts: readonly { readonly name: string; readonly weight: number }[];
      readonly candidates: readonly PanelCandidate[];
      readonly sample: string;
    };

export type ToPanel =
  | {
      readonly kind: 'settings';
      readonly settings: readonly PanelSetting[];
      /** The setting whose change by the page is written, or was refused; each change is answered once. */
      readonly answered?: string;
      /** Whether this answers {@link FromPanel}'s `resetSettings`: all settings are at their defaults. */
      readonly isReset?: boolean;
    }
  | { readonly kind: 'inspection'; readonly inspection: PanelInspection }
  /** Lines about the chosen language model. */
  | { readonly kind: 'languageModel'; readonly lines: readonly string[] }
  | { readonly kind: 'training'; readonly training: PanelTraining }
  /** Brings the training, which stands last in the page, into view. */
  | { readonly kind: 'revealTraining' };

const fromPanel = v.variant('kind', [
  v.object({ kind: v.literal('ready') }),
  v.object({
    kind: v.literal('setSetting'),
    name: v.string(),
    value: v.union([v.pipe(v.number(), v.finite()), v.boolean(), v.null()]),
  }),
  v.object({ kind: v.literal('resetSettings') }),
  v.object({ kind: v.literal('sampleAgain') }),
  v.object({ kind: v.literal('run'), command: v.picklist(['train', 'pause', 'resume', 'cancel', 'choose']) }),
]);
export type FromPanel = v.InferOutput<typeof fromPanel>;

/** @throws ValiError when the message is none of {@link FromPanel} */
export function parseFromPanel(message: unknown): FromPanel {
  return v.parse(fromPanel, message);
}
