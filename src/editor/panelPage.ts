/** The settings panel's page; its script fills in what changes. */
import type { Translate } from './translate';

interface PageResources {
  readonly language: string;
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
}

export function panelPage(t: Translate, resources: PageResources): string {
  const { language, cspSource, nonce, scriptUri, styleUri } = resources;
  const csp = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'`;
  const text = (message: string): string => escapeHtml(message);
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(csp)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
<title>Understudy</title>
</head>
<body
  data-text-token="${text(t('Continuation'))}"
  data-text-probability="${text(t('Probability'))}"
  data-text-percent="${text(t('{0} %', '{0}'))}"
  data-text-random="${text(t('new each time'))}"
  data-text-reset="${text(t('All values are at their defaults.'))}"
  data-text-invalid="${text(t('Enter a number from {0} to {1}', '{0}', '{1}'))}"
  data-text-train-loss="${text(t('Training loss: {0} nats per token', '{0}'))}"
  data-text-held-out="${text(t('The network alone on text kept aside: {0} bits per byte', '{0}'))}">
<main>
<section aria-labelledby="cursor-title">
  <h2 id="cursor-title">${text(t('What comes next at the cursor'))}</h2>
  <p id="message" role="status"></p>
  <div id="inspection" hidden>
    <p id="where" class="quiet"></p>
    <p id="before" class="text"></p>
    <h3>${text(t('A sample with the values of this panel'))}</h3>
    <p id="sample" class="text"></p>
    <button type="button" id="again">${text(t('Another Sample'))}</button>
    <h3 id="candidates-title">${text(t('The likeliest continuations, and what each expert thinks of them'))}</h3>
    <div class="wide" tabindex="0" role="region" aria-labelledby="candidates-title">
      <table id="candidates" aria-labelledby="candidates-title"></table>
    </div>
    <h3>${text(t('Weight of each expert here'))}</h3>
    <dl id="experts"></dl>
  </div>
</section>
<section aria-labelledby="language-model-title">
  <h2 id="language-model-title">${text(t('Language model'))}</h2>
  <ul id="language-model-lines"></ul>
  <button type="button" data-command="choose">${text(t('Choose Language Model…'))}</button>
</section>
<section aria-labelledby="sampling-title">
  <h2 id="sampling-title">${text(t('Generated text'))}</h2>
  <div id="settings"></div>
  <button type="button" id="reset" class="secondary">${text(t('Return to Defaults'))}</button>
  <p id="reset-done" class="quiet" role="status"></p>
</section>
<section aria-labelledby="training-title">
  <h2 id="training-title" tabindex="-1">${text(t('Training'))}</h2>
  <ul id="training-lines"></ul>
  <progress id="training-progress" max="1" value="0" aria-labelledby="training-title" hidden></progress>
  <p>
    <button type="button" data-command="train" data-phase="idle">${text(t('Train on Workspace…'))}</button>
    <button type="button" data-command="pause" data-phase="running">${text(t('Pause'))}</button>
    <button type="button" data-command="resume" data-phase="paused">${text(t('Resume'))}</button>
    <button type="button" data-command="cancel" data-phase="running paused" class="secondary">${text(t('Cancel'))}</button>
  </p>
  <div id="curves"></div>
</section>
</main>
<script nonce="${nonce}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
