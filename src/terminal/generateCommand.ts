import { defineCommand } from './command';
import { chooseModel, MODEL_OPTIONS, realFolder } from './keptModels';
import { SAMPLING_OPTIONS, samplingOptions } from './samplingOptions';
import { withGenerator } from './withGenerator';
import { workspaceTexts } from './workspaceTexts';

export const generateCommand = defineCommand({
  name: 'generate',
  summary: 'Continues a text.',
  details: 'Writes the continuation, without the prompt, to stdout as it is made.',
  positionals: { names: [], required: 0 },
  options: {
    prompt: {
      type: 'text',
      value: 'TEXT',
      mayBeEmpty: true,
      required: true,
      help: 'what to continue; - reads it from stdin',
    },
    ...MODEL_OPTIONS,
    ...SAMPLING_OPTIONS,
  },
  run: async (options, _positionals, terminal) => {
    const sampling = samplingOptions(options);
    const given = options.prompt === '-' ? await terminal.readStdin() : options.prompt;
    // Windows' shells and editors end lines so, but no text is learned with such line ends.
    const prompt = given.replaceAll('\r\n', '\n');
    const folder = await realFolder(options.folder ?? '.');
    const content = {
      modelPath: await chooseModel(options, folder),
      files: await workspaceTexts(folder, terminal),
    };
    await withGenerator(terminal, content, async (generator) => {
      const document = { uri: 'untitled:prompt', languageId: 'plaintext', prefix: prompt, suffix: '' };
      const { text } = await generator.generate({ document, sampling }, terminal.write, terminal.signal);
      if (text === '' && !terminal.signal.aborted) {
        terminal.note(
          'Nothing was generated, as the models expect the text to end here; give another or a longer --prompt.',
        );
      } else {
        terminal.write('\n');
      }
      terminal.signal.throwIfAborted();
    });
  },
});
