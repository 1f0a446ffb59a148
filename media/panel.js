/** The settings panel's page. Messages are described in src/protocol/panelProtocol.ts. */
(() => {
  const vscode = acquireVsCodeApi();
  const byId = (id) => document.getElementById(id);
  const texts = document.body.dataset;
  /** Fields by setting name; each takes a new setting without losing the focus, or what the user is entering in it. */
  const fields = new Map();

  function element(name, properties = {}, children = []) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
  const percent = (share) => fill(texts.textPercent, (100 * share).toFixed(share < 0.1 ? 1 : 0));

  /**
   * By setting, from when a change is sent until the extension has answered: the value sent, and the newest. Writing takes longer than a
   * key that is held down, so what is in force meanwhile would put the field back, and the next step would start from there.
   */
  const changes = new Map();

  function set(name, value) {
    const change = changes.get(name);
    if (change === undefined) {
      changes.set(name, { sent: value, newest: value });
      vscode.postMessage({ kind: 'setSetting', name, value });
    } else {
      change.newest = value;
    }
  }

  function answered(name) {
    const change = changes.get(name);
    changes.delete(name);
    if (change !== undefined && change.newest !== change.sent) {
      set(name, change.newest);
    }
  }

  function numberField(setting) {
    const id = setting.name;
    const isSeed = setting.kind === 'seed';
    const box = element('input', { type: 'number', id, step: setting.step ?? 1 });
    const problem = element('p', { className: 'problem', id: `${id}-problem`, role: 'alert' });
    const slider = element('input', { type: 'range', tabIndex: -1, step: setting.step ?? 1 });
    // The number beside it serves the keyboard and screen readers.
    slider.setAttribute('aria-hidden', 'true');
    box.setAttribute('aria-describedby', `${id}-description ${id}-problem`);
    for (const input of [box, slider]) {
      input.min = setting.minimum;
      input.max = setting.maximum;
    }
    if (isSeed) {
      box.placeholder = texts.textRandom;
    }
    // Chromium would change the value of a field that has the focus, and leave the page where it is.
    box.addEventListener('wheel', () => {
      box.blur();
    });
    const judge = (fits) => {
      box.setAttribute('aria-invalid', String(!fits));
      problem.textContent = fits ? '' : fill(texts.textInvalid, setting.minimum, setting.maximum);
    };
    let inForce = setting.value;
    let isUnsaved = false;
    const show = ({ value }) => {
      inForce = value;
      const { activeElement } = document;
      if (isUnsaved && (activeElement === box || activeElement === slider)) {
        return;
      }
      isUnsaved = false;
      if (activeElement !== box || box.valueAsNumber !== value) {
        box.value = value ?? '';
      }
      slider.value = value ?? 0;
      judge(true);
    };
    for (const input of [box, slider]) {
      input.addEventListener('input', () => {
        isUnsaved = true;
        if (input === slider) {
          box.value = slider.value;
        }
      });
      input.addEventListener('blur', () => {
        // A value that is again as the user found it is left without a change event; another may be in force by now.
        if (isUnsaved && problem.textContent === '') {
          isUnsaved = false;
          show({ value: inForce });
        }
      });
    }
    slider.addEventListener('change', () => {
      isUnsaved = false;
      judge(true);
      set(id, slider.valueAsNumber);
    });
    box.addEventListener('change', () => {
      const empty = isSeed && box.value === '' && !box.validity.badInput;
      const value = empty ? null : box.valueAsNumber;
      const fits = empty || (value >= setting.minimum && value <= setting.maximum);
      isUnsaved = !fits;
      judge(fits);
      if (fits) {
        set(id, value);
      }
    });
    const inputs = isSeed ? [box] : [slider, box];
    return { show, children: [...inputs, problem] };
  }

  function flagField(setting) {
    const box = element('input', { type: 'checkbox', id: setting.name });
    box.setAttribute('aria-describedby', `${setting.name}-description`);
    box.addEventListener('change', () => {
      set(setting.name, box.checked);
    });
    return {
      show: ({ value }) => {
        box.checked = value;
      },
      children: [box],
    };
  }

  function showSettings(settings) {
    for (const setting of settings) {
      let field = fields.get(setting.name);
      if (field === undefined) {
        field = setting.kind === 'flag' ? flagField(setting) : numberField(setting);
        fields.set(setting.name, field);
        const label = element('label', { htmlFor: setting.name, textContent: setting.label });
        const description = element('p', {
          className: 'description',
          id: `${setting.name}-description`,
          textContent: setting.description,
        });
        byId('settings').append(
          element('div', { className: `field ${setting.kind}` }, [label, ...field.children, description]),
        );
      }
      if (!changes.has(setting.name)) {
        field.show(setting);
      }
    }
    const valueOf = (wanted) => settings.find(({ name }) => name === wanted)?.value;
    // Greedy sampling and a fixed seed always give the same sample.
    byId('again').hidden = valueOf('sampling.greedy') || valueOf('sampling.seed') !== null;
  }

  /** The settings as JSON when they had just returned to their defaults. */
  let defaults = '';

  function showReset({ settings, isReset }) {
    const now = JSON.stringify(settings);
    if (isReset) {
      defaults = now;
      byId('reset-done').textContent = texts.textReset;
    } else if (now !== defaults) {
      byId('reset-done').textContent = '';
    }
  }

  function row(cellName, cells) {
    return element(
      'tr',
      {},
      cells.map((textContent, index) => {
        const cell = element(index === 0 ? 'th' : cellName, { textContent });
        if (index === 0 || cellName === 'th') {
          cell.scope = cellName === 'th' ? 'col' : 'row';
        }
        return cell;
      }),
    );
  }

  function showCandidates({ candidates, experts }) {
    const table = byId('candidates');
    table.tHead?.remove();
    table.tBodies[0]?.remove();
    const names = experts.map(({ name }) => name);
    const rows = candidates.map(({ text, probability, byExpert }) =>
      row('td', [text, percent(probability), ...byExpert.map((expert) => percent(expert.probability))]),
    );
    table.append(
      element('thead', {}, [row('th', [texts.textToken, texts.textProbability, ...names])]),
      element('tbody', {}, rows),
    );
  }

  function showInspection(inspection) {
    const ready = inspection.state === 'ready';
    byId('inspection').hidden = !ready;
    byId('message').textContent = ready ? '' : inspection.message;
    if (!ready) {
      return;
    }
    byId('where').textContent = inspection.where;
    byId('before').textContent = inspection.before;
    byId('sample').textContent = inspection.sample;
    showCandidates(inspection);
    byId('experts').replaceChildren(
      ...inspection.experts.flatMap(({ name, weight }) => {
        const meter = element('meter', { min: 0, max: 1, value: weight });
        meter.setAttribute('aria-label', name);
        return [
          element('dt', { textContent: name }),
          element('dd', {}, [meter]),
          element('dd', { className: 'number', textContent: percent(weight) }),
        ];
      }),
    );
  }

  function curve(points, caption) {
    const space = 'http://www.w3.org/2000/svg';
    const values = points.map(({ value }) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const svg = document.createElementNS(space, 'svg');
    svg.setAttribute('viewBox', '0 0 100 100');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const line = document.createElementNS(space, 'polyline');
    const height = (value) => (high === low ? 50 : 95 - (90 * (value - low)) / (high - low));
    line.setAttribute(
      'points',
      points.map(({ progress, value }) => `${100 * progress},${height(value)}`).join(' '),
    );
    svg.append(line);
    const path =
      values.length > 1 ? `${values[0].toFixed(2)} → ${values.at(-1).toFixed(2)}` : values[0].toFixed(2);
    const figcaption = element('figcaption', { textContent: fill(caption, path) });
    // A single value makes no line.
    return element('figure', {}, values.length > 1 ? [svg, figcaption] : [figcaption]);
  }

  /** Lines that stay the same are left alone, as a step of the training would take what is selected or read aloud there. */
  function showLines(list, lines) {
    lines.forEach((line, index) => {
      const item = list.children[index];
      if (item === undefined) {
        list.append(element('li', { textContent: line }));
      } else if (item.textContent !== line) {
        item.textContent = line;
      }
    });
    for (const item of [...list.children].slice(lines.length)) {
      item.remove();
    }
  }

  function showLanguageModel({ lines }) {
    showLines(byId('language-model-lines'), lines);
  }

  function showTraining({ phase, lines, progress, trainLoss, heldOut }) {
    showLines(byId('training-lines'), lines);
    byId('training-progress').hidden = phase === 'idle';
    byId('training-progress').value = progress;
    const curves = [];
    if (trainLoss.length > 0) {
      curves.push(curve(trainLoss, texts.textTrainLoss));
    }
    if (heldOut.length > 0) {
      curves.push(curve(heldOut, texts.textHeldOut));
    }
    byId('curves').replaceChildren(...curves);
    const { activeElement } = document;
    const buttons = [...document.querySelectorAll('button[data-phase]')];
    for (const button of buttons) {
      button.hidden = !button.dataset.phase.split(' ').includes(phase);
    }
    // A button that is hidden loses the focus, which would send its user back to the top of the page.
    if (buttons.includes(activeElement) && activeElement.hidden) {
      buttons.find(({ hidden }) => !hidden)?.focus();
    }
  }

  /** Whether the page is whole, and as far down as the user left it. VS Code loads it anew whenever its tab comes into view. */
  let isPlaced = false;

  function placeOnce() {
    // An answer to what was asked before the page was loaded may come before all else.
    if (isPlaced || fields.size === 0) {
      return;
    }
    const left = vscode.getState();
    if (left !== undefined) {
      window.scrollTo(0, left.top);
    }
    isPlaced = true;
  }

  window.addEventListener('scroll', () => {
    if (isPlaced) {
      vscode.setState({ top: window.scrollY });
    }
  });
  window.addEventListener('message', ({ data }) => {
    switch (data.kind) {
      case 'settings':
        answered(data.answered);
        showSettings(data.settings);
        showReset(data);
        break;
      case 'inspection':
        showInspection(data.inspection);
        placeOnce();
        break;
      case 'languageModel':
        showLanguageModel(data);
        break;
      case 'training':
        showTraining(data.training);
        break;
      case 'revealTraining':
        isPlaced = true;
        // A screen reader and the keyboard go on from there, too.
        byId('training-title').focus();
        byId('training-title').scrollIntoView();
        break;
    }
  });
  byId('reset').addEventListener('click', () => {
    // A screen reader says what is there anew.
    byId('reset-done').textContent = '';
    for (const change of changes.values()) {
      change.newest = change.sent;
    }
    vscode.postMessage({ kind: 'resetSettings' });
  });
  const again = byId('again');
  again.addEventListener('click', () => {
    vscode.postMessage({ kind: 'sampleAgain' });
  });
  // A screen reader says the sample that the user asks for, but not each one that comes while they write in the editor.
  for (const [event, live] of [
    ['focus', 'polite'],
    ['blur', 'off'],
  ]) {
    again.addEventListener(event, () => {
      byId('sample').setAttribute('aria-live', live);
    });
  }
  for (const button of document.querySelectorAll('button[data-command]')) {
    button.addEventListener('click', () => {
      vscode.postMessage({ kind: 'run', command: button.dataset.command });
    });
  }
  vscode.postMessage({ kind: 'ready' });
})();
