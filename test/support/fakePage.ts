/** The parts of a page that media/panel.js uses, so that it runs without a browser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { ToPanel } from '../../src/protocol/panelProtocol';

export class FakeElement {
  id = '';
  value = '';
  textContent = '';
  hidden = false;
  readonly tBodies = [];
  readonly validity = { badInput: false };
  readonly dataset: Record<string, string | undefined> = {};
  children: readonly FakeElement[] = [];
  readonly attributes = new Map<string, string>();
  private readonly listeners = new Map<string, () => void>();
  private parent: FakeElement | null = null;

  constructor(
    private readonly page: FakePage,
    readonly name = '',
  ) {}

  get valueAsNumber(): number {
    return this.value === '' ? Number.NaN : Number(this.value);
  }
  append(...children: FakeElement[]): void {
    this.children = [...this.children, ...children];
    for (const child of children) {
      child.parent = this;
      this.page.elements.set(child.id, child);
    }
  }
  remove(): void {
    const { parent } = this;
    if (parent !== null) {
      parent.children = parent.children.filter((child) => child !== this);
    }
  }
  replaceChildren(...children: FakeElement[]): void {
    this.children = [];
    this.append(...children);
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  addEventListener(name: string, listener: () => void): void {
    this.listeners.set(name, listener);
  }
  focus(): void {
    this.page.focused = this;
  }
  blur(): void {
    this.page.focused = null;
    this.dispatch('blur');
  }
  scrollIntoView(): void {
    this.page.inView = this;
  }
  /** What a user does to it. */
  dispatch(name: string): void {
    this.listeners.get(name)?.();
  }
}

type Hearer = (event: { readonly data?: ToPanel }) => void;

export class FakePage {
  readonly elements = new Map<string, FakeElement>();
  readonly sent: unknown[] = [];
  readonly buttons: readonly FakeElement[];
  focused: FakeElement | null = null;
  /** What was brought into view last. */
  inView: FakeElement | null = null;
  /** What the page has VS Code keep for it while it is out of view. */
  state: unknown;
  private readonly view = {
    scrollY: 0,
    scrollTo: (_x: number, y: number): void => {
      this.scroll(y);
    },
  };
  private readonly hearers = new Map<string, Hearer>();

  /**
   * @param buttons the phases of training in which each button of the page is there
   * @param state what an earlier page had VS Code keep
   */
  constructor(buttons: readonly string[] = [], state?: unknown) {
    this.state = state;
    const phased = buttons.map((phase) => {
      const button = new FakeElement(this);
      button.dataset['phase'] = phase;
      return button;
    });
    const body = new FakeElement(this);
    body.dataset['textInvalid'] = 'Enter a number from {0} to {1}';
    body.dataset['textReset'] = 'All values are at their defaults.';
    body.dataset['textPercent'] = '{0}%';
    body.dataset['textHeldOut'] = '{0} bits a byte';
    const focusedNow = (): FakeElement | null => this.focused;
    const document = {
      body,
      get activeElement() {
        return focusedNow();
      },
      createElement: (name: string) => new FakeElement(this, name),
      createElementNS: (_space: string, name: string) => new FakeElement(this, name),
      getElementById: (id: string) => this.byId(id),
      querySelectorAll: (selector: string) => (selector === 'button[data-phase]' ? phased : []),
    };
    const window = Object.assign(this.view, {
      addEventListener: (name: string, listener: Hearer) => {
        this.hearers.set(name, listener);
      },
    });
    const acquireVsCodeApi = () => ({
      postMessage: (message: unknown) => this.sent.push(message),
      getState: () => this.state,
      setState: (kept: unknown) => {
        this.state = kept;
      },
    });
    const script = readFileSync(join(__dirname, '../../media/panel.js'), 'utf8');
    runInNewContext(script, { acquireVsCodeApi, document, window });
    this.buttons = phased;
  }

  byId(id: string): FakeElement {
    const element = this.elements.get(id) ?? new FakeElement(this);
    this.elements.set(id, element);
    return element;
  }

  post(message: ToPanel): void {
    this.hearers.get('message')?.({ data: message });
  }

  /** Pixels from the top. */
  get scrolled(): number {
    return this.view.scrollY;
  }

  scroll(top: number): void {
    this.view.scrollY = top;
    this.hearers.get('scroll')?.({});
  }
}
