import type { JsonRecord } from '../json-record.js';

/** Description and schema that Claude knows by heart and another model has to be told. */
export interface ClientToolDefinition {
  readonly description: string;
  readonly schema: JsonRecord;
}

const text = (description: string): JsonRecord => ({ type: 'string', description });
const lineNumber = (description: string): JsonRecord => ({ type: 'integer', description });
const viewRange: JsonRecord = {
  type: 'array',
  items: { type: 'integer' },
  description: 'First and last line to view, from 1; -1 as the last means to the end.',
};

const BASH: ClientToolDefinition = {
  description:
    'Runs a command in a persistent bash session and returns its output. Give `restart: true` alone to restart the session.',
  schema: {
    type: 'object',
    properties: {
      command: text('The command to run. Required unless restarting.'),
      restart: { type: 'boolean', description: 'Restarts the session.' },
    },
  },
};

const MEMORY: ClientToolDefinition = {
  description:
    'Keeps files that persist between conversations under /memories. Look there before starting, and note what will be needed later.',
  schema: {
    type: 'object',
    properties: {
      command: {
        type: 'string',
        enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'],
        description: 'What to do.',
      },
      path: text('File or directory, beginning with /memories. Not for rename.'),
      view_range: viewRange,
      file_text: text('Content of the file, for create.'),
      old_str: text('Text to replace, for str_replace; it must occur exactly once.'),
      new_str: text('Text to put in its place, for str_replace.'),
      insert_line: lineNumber('Line after which to insert, 0 for the beginning, for insert.'),
      insert_text: text('Text to insert, for insert.'),
      old_path: text('Present path, for rename.'),
      new_path: text('New path, for rename.'),
    },
    required: ['command'],
  },
};

/** Only the first version can undo. */
const VERSION_WITH_UNDO = '20250124';
const TYPE = /^(bash|text_editor|memory)_(\d+)$/;

/**
 * The definition of a tool that Anthropic names by type only and that the client runs itself; null for every
 * other type (specification R4.5).
 */
export function anthropicClientTool(type: unknown): ClientToolDefinition | null {
  const match = typeof type === 'string' ? TYPE.exec(type) : null;
  switch (match?.[1]) {
    case 'bash':
      return BASH;
    case 'memory':
      return MEMORY;
    case 'text_editor':
      return textEditor(match?.[2] === VERSION_WITH_UNDO);
    default:
      return null;
  }
}

function textEditor(canUndo: boolean): ClientToolDefinition {
  const commands = ['view', 'create', 'str_replace', 'insert', ...(canUndo ? ['undo_edit'] : [])];
  return {
    description: 'Views, creates and edits text files; view also lists directories.',
    schema: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: commands, description: 'What to do.' },
        path: text('Absolute path of the file or directory.'),
        file_text: text('Content of the new file, for create.'),
        old_str: text('Text to replace, for str_replace; it must occur exactly once.'),
        new_str: text('Text to put in its place, for str_replace.'),
        insert_line: lineNumber('Line after which to insert, 0 for the beginning, for insert.'),
        insert_text: text('Text to insert, for insert.'),
        view_range: viewRange,
      },
      required: ['command', 'path'],
    },
  };
}
