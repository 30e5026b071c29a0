/** The page of `specc graph --format html` in a real browser. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { graphPage, pageScript } from '../../src/cli/graph-page/page.ts';
import { fileLoader } from '../../src/cli/source-files.ts';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import { type Picture, pictureOf } from '../../src/compiler/picture/picture.ts';
import { renderSvg } from '../../src/compiler/picture/svg.ts';
import { findChromium, launch } from '../support/chromium.ts';

interface Context {
  browser: Browser;
  folder: string;
  script: string;
}

const test = suite<Context>('graph page');
const executable = findChromium();

function pictureIn(file: string, model: string): Picture {
  const { value, diagnostics } = elaborate(compile(file, readFileSync(file, 'utf8'), fileLoader), model);
  if (value === undefined) throw new Error(diagnostics.map(({ code }) => code).join(', '));
  return pictureOf(value);
}

const ddrnet = pictureIn('specs/ddrnet.spec', 'DDRNet');

test.before(async (context) => {
  if (executable === undefined) return;
  context.browser = await launch(executable);
  context.folder = mkdtempSync(path.join(tmpdir(), 'specc-page-'));
  context.script = await pageScript();
});

test.after(async ({ browser, folder }) => {
  await browser?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** Opens a page of the picture; what is complained of or requested meanwhile fails the check that comes back. */
async function open(
  { browser, folder, script }: Context,
  picture: Picture,
  { depth = 1, fold = true, hasTouch = false } = {},
): Promise<{ page: Page; check: () => Promise<void> }> {
  const file = path.join(folder, 'page.html');
  writeFileSync(file, graphPage(picture, { depth, fold }, script));
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, hasTouch });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  const address = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await page.locator('#stage [data-id]').first().waitFor();
  return {
    page,
    check: async () => {
      await page.close();
      assert.equal(complaints, []);
    },
  };
}

const box = (page: Page, id: string): Locator => page.locator(`#stage [data-id="${id}"]`);
const title = (page: Page, id: string): Locator => box(page, id).locator(':scope > text').first();

function inBrowser(name: string, run: (context: Context) => Promise<void>): void {
  if (executable === undefined) test.skip(name, run);
  else test(name, run);
}

inBrowser('blocks open and close where they are, by mouse and by keys', async (context) => {
  const { page, check } = await open(context, ddrnet);
  assert.is(await box(page, 'local').getAttribute('data-open'), 'false');
  const before = (await box(page, 'local').boundingBox())!;
  await title(page, 'local').dblclick();
  assert.is(await box(page, 'local').getAttribute('data-open'), 'true');
  const after = (await box(page, 'local').boundingBox())!;
  assert.ok(Math.abs(after.y - before.y) < 3, `it moved from ${before.y} to ${after.y}`);
  assert.is(await box(page, 'local/Residual[0]').count(), 1);
  await page.locator('[data-toggle="local"]').click();
  assert.is(await box(page, 'local').getAttribute('data-open'), 'false');
  assert.is(await box(page, 'local/Residual[0]').count(), 0);
  await box(page, 'features').focus();
  await page.keyboard.press('Enter');
  assert.is(await box(page, 'features').getAttribute('aria-expanded'), 'true');
  await check();
});

inBrowser('boxes are shaded by a cost that can be chosen, with a legend; the model is called one', async (context) => {
  const { page, check } = await open(context, ddrnet);
  const heat = () => page.locator('#stage [class*="heat-"]').count();
  assert.equal([await heat(), await page.locator('#legend').isVisible()], [0, false]);
  await page.locator('#color').selectOption('macs');
  assert.ok((await heat()) > 0);
  assert.match((await box(page, 'features').getAttribute('class'))!, /heat-5/);
  assert.match((await page.locator('#legend').textContent())!, /^shaded by the share of the multiply-accumulates/);
  await page.locator('#color').selectOption('');
  assert.equal([await heat(), await page.locator('#legend').isVisible()], [0, false]);
  assert.match((await page.locator('#details').textContent())!, /^DDRNetmodel/);
  await check();
});

inBrowser('the depth opens level by level, and a fold comes apart', async (context) => {
  const { page, check } = await open(context, ddrnet);
  const boxes = () => page.locator('#stage [data-id]').count();
  const counts = [await boxes()];
  while (await page.locator('#deeper').isEnabled()) {
    await page.locator('#deeper').click();
    counts.push(await boxes());
  }
  assert.is(await page.locator('#depth').textContent(), '4');
  assert.ok(
    counts.every((count, at) => at === 0 || count > counts[at - 1]!),
    counts.join(' '),
  );
  await page.locator('#fold').uncheck();
  assert.ok((await boxes()) > counts.at(-1)!);
  for (let level = 3; level >= 1; level--) await page.locator('#shallower').click();
  assert.is(await page.locator('#depth').textContent(), '1');
  assert.ok(await page.locator('#shallower').isDisabled());
  assert.is(await boxes(), counts[0]);
  await check();
});

inBrowser('what is searched is found, opened, brought into view and told of', async (context) => {
  const { page, check } = await open(context, ddrnet);
  await page.keyboard.press('/');
  await page.keyboard.type('residual[3] conv2d[1]');
  assert.is(await page.locator('#found button').count(), 1);
  await page.keyboard.press('Enter');
  const found = box(page, 'op:local/Residual[3]/change/conv2d[1]');
  assert.match((await found.getAttribute('class')) ?? '', 'chosen');
  const place = (await found.boundingBox())!;
  assert.ok(
    place.x > 0 && place.y > 0 && place.x + place.width < 1200 && place.y + place.height < 900,
    'it is not in view',
  );
  const details = await page.locator('#details').innerText();
  for (const text of [
    'local/Residual[3]/change/conv2d[1]',
    '112×112×32',
    'dilation',
    '9,248',
    '3×3×32×32',
    'specs/ddrnet.spec:',
  ]) {
    assert.ok(details.includes(text), `the details lack ${text}:\n${details}`);
  }
  await page.locator('#search').fill('<img src=x>');
  assert.match(await page.locator('#found').innerText(), /nothing/);
  await check();
});

inBrowser('the picture is moved and zoomed by wheel, drag and keys', async (context) => {
  const { page, check } = await open(context, ddrnet);
  const stem = () =>
    box(page, 'stem')
      .boundingBox()
      .then((found) => found!);
  const start = await stem();
  await page.locator('#in').click();
  const larger = await stem();
  assert.ok(Math.abs(larger.width / start.width - 1.25) < 0.01);
  await page.mouse.move(start.x + 5, start.y + 5);
  await page.mouse.wheel(0, 300);
  assert.ok((await stem()).width < larger.width);
  const before = await stem();
  await page.mouse.move(100, 400);
  await page.mouse.down();
  await page.mouse.move(180, 430, { steps: 4 });
  await page.mouse.up();
  const dragged = await stem();
  assert.ok(Math.abs(dragged.x - before.x - 80) < 1 && Math.abs(dragged.y - before.y - 30) < 1);
  await page.locator('#stage').focus();
  await page.keyboard.press('ArrowDown');
  assert.ok(Math.abs((await stem()).y - dragged.y + 60) < 1);
  await page.keyboard.press('0');
  assert.ok(Math.abs((await stem()).width - start.width) < 0.5);
  await check();
});

inBrowser('two fingers zoom', async (context) => {
  const { page, check } = await open(context, ddrnet, { hasTouch: true });
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly (readonly [number, number])[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const before = (await box(page, 'stem').boundingBox())!;
  await touch('touchStart', [
    [300, 400],
    [500, 400],
  ]);
  for (let step = 1; step <= 5; step++)
    await touch('touchMove', [
      [300 - 20 * step, 400],
      [500 + 20 * step, 400],
    ]);
  await touch('touchEnd', []);
  const after = (await box(page, 'stem').boundingBox())!;
  assert.ok(after.width / before.width > 1.6, `${before.width} became ${after.width}`);
  await check();
});

inBrowser('all texts are inside of their boxes as the browser measures them', async ({ browser }) => {
  const subjects = [
    [ddrnet, 9],
    [pictureIn('specs/resnet.spec', 'ResNet50'), 3],
    [pictureIn('specs/zoo/vit.spec', 'ViTB16'), 4],
    [pictureIn('specs/zoo/googlenet.spec', 'GoogLeNet'), 2],
  ] as const;
  for (const [picture, depth] of subjects) {
    const page = await browser.newPage();
    await page.setContent(`<body style="margin:0">${renderSvg(picture, { depth })}</body>`);
    const outside = (await page.evaluate(`[...document.querySelectorAll('[data-id]')].flatMap((box) => {
      const shape = box.querySelector(':scope > .outline, :scope > .frame');
      if (shape === null) return [];
      const room = shape.getBBox();
      return [...box.querySelectorAll(':scope > text:not(.edge)')].flatMap((text) => {
        const { x, y, width, height } = text.getBBox();
        const fits = x >= room.x + 2 && x + width <= room.x + room.width - 2 && y >= room.y - 1 && y + height <= room.y + room.height + 1;
        return fits ? [] : [box.dataset.id + ': ' + text.textContent];
      });
    })`)) as string[];
    assert.equal(outside, [], picture.root.name);
    await page.close();
  }
});

test.run();
