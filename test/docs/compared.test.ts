/** `docs/compared.md` shows specifications as they are, and counts its own lines. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const page = readFileSync('docs/compared.md', 'utf8');
const sections = page.split(/^## /m).slice(1);

function blockOf(section: string, language: string): string {
  return new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(section)![1]!;
}

/** Without blank lines and comments. */
function lines(text: string, comment: string): number {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith(comment)).length;
}

for (const section of sections) {
  const title = section.split('\n')[0]!;
  test(`${title}: the specification is the one in its file, and the lines are counted`, () => {
    const file = readFileSync(/^`(specs\/.*\.spec)`:$/m.exec(section)![1]!, 'utf8');
    const shown = blockOf(section, 'spec');
    for (const declaration of shown.split(/\n\n(?=\/\/\/|block|model|const|import)/)) {
      assert.ok(file.includes(declaration.trimEnd()), `${title} shows what its file does not say:\n${declaration}`);
    }
    const row = page.split('\n').find((line) => line.startsWith(`| [${title}]`))!;
    const counts = row.match(/(\d+) lines/g)!.map((each) => Number.parseInt(each, 10));
    const original = lines(blockOf(section, 'python'), '#');
    assert.equal(counts, [lines(shown, '//'), original]);
    assert.ok(counts[0]! < original);
  });
}

test.run();
