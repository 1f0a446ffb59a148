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
 * The English texts of two words or more in a source; `{0}` and so on stand for what is put in. Texts that begin with an apostrophe
 * or have several lines are another program's, and names of properties are no texts.
 */
export function englishTexts(fileName: string, source: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    const pieces = piecesOf(node);
    if (pieces?.some((piece) => typeof piece === 'string')) {
      let place = 0;
      texts.push(pieces.map((piece) => (typeof piece === 'string' ? piece : `{${place++}}`)).join(''));
      for (const piece of pieces) {
        if (typeof piece !== 'string') {
          visit(piece);
        }
      }
    } else if (ts.isPropertyAssignment(node)) {
      visit(node.initializer);
    } else {
      ts.forEachChild(node, visit);
    }
  };
  visit(ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true));
  return texts.filter((text) => /[a-z] [a-z{]/i.test(text) && !text.startsWith("'") && !text.includes('\n'));
}

/** The literal parts of a text and what is put in between them; null for what makes no text. */
function piecesOf(node: ts.Node): (string | ts.Expression)[] | null {
  if (ts.isStringLiteralLike(node)) {
    return [node.text];
  }
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.flatMap(({ expression, literal }) => [expression, literal.text]);
    return [node.head.text, ...spans];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return [node.left, node.right].flatMap((side) => piecesOf(side) ?? [side]);
  }
  return null;
}

function isTranslate(callee: ts.Expression): boolean {
  return (
    (ts.isIdentifier(callee) && callee.text === 't') ||
    (ts.isPropertyAccessExpression(callee) &&
      callee.name.text === 't' &&
      callee.expression.getText().endsWith('l10n'))
  );
}
