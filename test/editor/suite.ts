/** The tests that run inside VS Code. One suite around all of them: its end is the end of the run. */
import { suite } from 'node:test';
import { commandTests } from './suite/commands.ts';
import { derivedTests } from './suite/derived.ts';
import { fileSystemTests } from './suite/fileSystem.ts';
import { languageTests } from './suite/language.ts';
import { paletteTests } from './suite/palette.ts';
import { queryTests } from './suite/query.ts';
import { quickStepsTests } from './suite/quickSteps.ts';
import { resourceTests } from './suite/resources.ts';
import { serverTests } from './suite/server.ts';
import { sourceControlTests } from './suite/sourceControl.ts';
import { speedTests } from './suite/speed.ts';
import { watchTests } from './suite/watch.ts';
import { workspaceFsTests } from './suite/workspaceFs.ts';

suite('the editor', () => {
  fileSystemTests();
  workspaceFsTests();
  watchTests();
  sourceControlTests();
  commandTests();
  paletteTests();
  languageTests();
  queryTests();
  quickStepsTests();
  resourceTests();
  derivedTests();
  speedTests();
  serverTests();
});
