import { isRuntimeInstalled, type Runtime } from '../trainer/native/installRuntime';

/** What runs the models of a setting: another window may install it after this one has missed it. */
export class AwaitedRuntime {
  private isMissed = false;

  /** @param follow opens the model that the setting names, unless it is in use */
  constructor(
    private readonly runtime: Runtime,
    private readonly folder: string,
    private readonly follow: () => Promise<void>,
  ) {}

  /** To be called where a model could not be opened. */
  async noteFailure(): Promise<void> {
    this.isMissed ||= !(await isRuntimeInstalled(this.runtime, this.folder));
  }

  /**
   * Opens the model once what was missed is there; to be called when the user comes back from another window.
   * @throws what {@link follow} rejects with
   */
  async lookAgain(): Promise<void> {
    if (this.isMissed && (await isRuntimeInstalled(this.runtime, this.folder))) {
      this.isMissed = false;
      await this.follow();
    }
  }
}
