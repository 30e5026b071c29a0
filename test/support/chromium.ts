/** A real browser for the tests: the system's Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where it is; undefined where there is none, which says so, and fails with SPECC_REQUIRE_CHROMIUM=1. */
export function findChromium(): string | undefined {
  const found = [process.env['SPECC_CHROMIUM'], ...PLACES].find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  if (process.env['SPECC_REQUIRE_CHROMIUM'] === '1') {
    throw new Error(
      `SPECC_REQUIRE_CHROMIUM=1, and there is none of ${PLACES.join(', ')}; SPECC_CHROMIUM names another`,
    );
  }
  console.log('SKIPPED: everything in a browser, for there is no Chromium; SPECC_CHROMIUM=PATH names one');
  return undefined;
}

export function launch(executablePath: string): Promise<Browser> {
  // Root, as in a container, has no sandbox.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
