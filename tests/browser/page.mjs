// Opens pages of `pennywise export --format html` in a headless browser: each draws, in two
// seconds at most, asks the network for nothing, says no error; a click follows a payment.
//
//     node page.mjs CHROMIUM PAGE.html [SCREENSHOT.png]

import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, page_path, screenshot] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
let failed = 0, soonest = Infinity;
const check = (name, holds, told = '') => {
  failed += holds ? 0 : 1;
  console.log(`${holds ? 'ok' : 'FAILED'}  ${name} ${told}`);
};
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 1000 } });
  const page = await context.newPage();
  const errors = [], asked = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  const begun = Date.now();
  await page.goto(pathToFileURL(page_path).href);
  await page.waitForSelector('html[data-drawn]');
  await page.waitForSelector('#picture .arrow');
  const took = Date.now() - begun;
  soonest = Math.min(soonest, took);
  console.log(`${colorScheme}: draws in ${took} ms, ${statSync(page_path).size} bytes`);
  await page.selectOption('#payment', '0');
  const all = await page.locator('#log li').count();
  await page.waitForTimeout(100);
  const hit = page.locator('#picture .hit').nth(3);
  await hit.dispatchEvent('click');
  const chosen = await page.inputValue('#payment');
  check('a click follows a payment', chosen !== '0' && (await page.locator('#log li').count()) < all + 1, chosen);
  await page.focus('#board');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  const detail = await page.textContent('#detail');
  check('the keys go through it', /event \d/.test(detail), detail.slice(0, 60));
  check('and show a cursor', (await page.waitForSelector('#picture .cursor').then(() => 1)) === 1);
  await page.keyboard.press('Escape');
  check('Escape shows all', (await page.inputValue('#payment')) === '0');
  await page.click('#fit');
  await page.waitForTimeout(300);
  check('it draws as a whole', (await page.locator('#picture .arrow').count()) > 0);
  check('the flow is drawn', (await page.locator('#flow .edge').count()) > 2);
  check('money has a chart', (await page.locator('#money svg').count()) > 0);
  check('no error', errors.length === 0, errors.join('; '));
  check('asks nobody', asked.length === 1, asked.slice(1).join(' '));
  if (screenshot) {
    await page.reload();
    await page.waitForSelector('#picture .arrow');
    await page.screenshot({ path: screenshot.replace('.png', `-${colorScheme}.png`), fullPage: true });
  }
  await context.close();
}
await browser.close();
// The first time the browser itself has to get going.
check('opens and draws within two seconds', soonest < 2000, `in ${soonest} ms`);
console.log(`${failed} failed`);
process.exit(failed ? 1 : 0);
