import assert from 'node:assert/strict';
import { join } from 'node:path';
import { codeWorkspaces } from '../../../bench/codeWorkspaces';
import { readDocuments } from '../../../bench/cost/corpusWorkspace';
import { workspaceFolders } from '../../../bench/workspaceFolders';

describe('texts of the benches, which do not come with the project', () => {
  const nowhere = join(__dirname, 'nowhere');

  it('are asked for by the option that names their folder where they are missing', async () => {
    assert.throws(
      () => workspaceFolders(nowhere),
      /nowhere holds no folder .* see --workspaces and --only\.$/,
    );
    await assert.rejects(readDocuments(nowhere), /nowhere holds no documents .* with --corpus\.$/);
    await assert.rejects(
      codeWorkspaces(join(nowhere, 'code-packages.txt'), nowhere),
      /code-packages\.txt, which names the packages for --code, cannot be read\.$/,
    );
  });
});
