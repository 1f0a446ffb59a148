/** Finds the texts that a program hands to `vscode.l10n.t`, or to a `t` of type Translate. */
import ts from 'typescript';

export interface TranslatedTexts {
  readonly texts: readonly string[];
  /** Calls whose text is not written out, as source code. */
  readonly computed: readonly string[];
}

export function translatedTexts(fileName: string, source: string): TranslatedTexts {
  const texts: string[] = [];
  const computed: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTranslate(node.expression)) {
      const [text] = node.arguments;
      if (ts.isStringLiteralLike(text)) {
        texts.push(text.text);
      } else {
        computed.push(node.getText());
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true));
  return { texts, computed };
}

/**
 * The texts, of two words or more, that a source makes in English; `{0}` and so on stand for what is put in. What begins with an
 * apostrophe is another program's, looked for in its output.
 */
export function englishTexts(fileName: string, source: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      texts.push(node.text);
    } else if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(({ literal }, i) => `{${i}}${literal.text}`);
      texts.push(node.head.text + spans.join(''));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true));
  return texts.filter((text) => /[a-z] [a-z{]/i.test(text) && !text.startsWith("'"));
}

function isTranslate(callee: ts.Expression): boolean {
  return (
    (ts.isIdentifier(callee) && callee.text === 't') ||
    (ts.isPropertyAccessExpression(callee) &&
      callee.name.text === 't' &&
      callee.expression.getText().endsWith('l10n'))
  );
}
