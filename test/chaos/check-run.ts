import { judgeRun } from './judge-run.ts';

/** `npm run chaos:check -- FOLDER`: judges the recording of an earlier run once more. Ends with 1 on a violation. */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('npm run chaos:check -- FOLDER\n');
  process.exitCode = 2;
} else {
  const { violations, table } = await judgeRun(folder);
  process.stdout.write(`${table}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
