/** How well the parts of the settings panel stand out, which axe-core checks of texts only, and not of placeholders. */

/**
 * @param frame the panel's page
 * @returns the theme's id, and contrast ratios of the Web Content Accessibility Guidelines, 1 to 21: of a field with the page, of a
 *   bar or a slider's thumb with its track, and of the placeholder with its field
 */
export function panelContrasts(frame) {
  return frame.evaluate(() => {
    const { document, getComputedStyle } = globalThis;
    const canvas = document.createElement('canvas').getContext('2d');
    /** The luminance of colours that are drawn over each other. */
    const luminance = (...colors) => {
      for (const color of colors) {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
      }
      const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) =>
        byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const { body } = document;
    const variable = (name) => getComputedStyle(body).getPropertyValue(name);
    const page = variable('--vscode-editor-background');
    const seed = document.getElementById('sampling.seed');
    const { backgroundColor: field, borderTopColor: edge } = getComputedStyle(seed);
    return {
      theme: body.dataset.vscodeThemeId,
      field: Math.max(...[field, edge].map((color) => contrast(luminance(page, color), luminance(page)))),
      mark: contrast(luminance(page, field, variable('--mark')), luminance(page, field)),
      placeholder: contrast(
        luminance(page, field, getComputedStyle(seed, '::placeholder').color),
        luminance(page, field),
      ),
    };
  });
}
