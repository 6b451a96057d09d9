// Looks at the built site in a headless browser, as a desktop and as a phone show it: every page answers and fits the
// width, and the search finds what it should. Screenshots are left in bin/site-pictures.
//
//   CHROMIUM=/usr/bin/chromium node check.mjs
import { createServer } from 'node:http'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { chromium } from 'playwright-core'

const bin = resolve(import.meta.dirname, '../../bin')
const site = join(bin, 'site')
const pictures = join(bin, 'site-pictures')
mkdirSync(pictures, { recursive: true })

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).replace(/^\/fgctl\//, '/')
  for (const name of [path, `${path}.html`, join(path, 'index.html')]) {
    try {
      const body = readFileSync(join(site, name))
      return response.writeHead(200, { 'content-type': types[extname(name)] ?? 'text/plain' }).end(body)
    } catch {}
  }
  response.writeHead(404).end()
})
await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
const base = `http://127.0.0.1:${server.address().port}/fgctl/`

const pages = readdirSync(site, { recursive: true })
  .filter((name) => name.endsWith('.html') && name !== '404.html')
  .map((name) => name.replace(/(index)?\.html$/, ''))
const widths = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }
const faults = []
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
})
for (const [device, viewport] of Object.entries(widths)) {
  const page = await browser.newPage({ viewport })
  page.on('pageerror', (error) => faults.push(`${device} ${page.url()}: ${error}`))
  page.on('response', (answer) => answer.ok() || faults.push(`${device} ${page.url()}: ${answer.status()} for ${answer.url()}`))
  for (const name of pages) {
    await page.goto(base + name, { waitUntil: 'networkidle' })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    if (wide > viewport.width) faults.push(`${device} ${name}: ${wide} pixels wide`)
    if (!(await page.locator('h1').first().isVisible())) faults.push(`${device} ${name}: no heading to be seen`)
    if (['', 'matching', 'findings', 'commands/fgctl_match'].includes(name)) {
      await page.screenshot({ path: join(pictures, `${device}-${name.replace('/', '-') || 'index'}.png`) })
    }
  }
  await page.goto(base, { waitUntil: 'networkidle' })
  await page.locator('#local-search button').click()
  await page.locator('.search-input').fill('wildcard')
  await page.locator('.results .result').first().waitFor({ timeout: 10_000 })
  const found = await page.locator('.results .result').allTextContents()
  if (!found.some((text) => text.includes('Matching'))) faults.push(`${device}: the search for "wildcard" found ${found}`)
  await page.screenshot({ path: join(pictures, `${device}-search.png`) })
  await page.close()
}
await browser.close()
server.close()
for (const fault of faults) console.error(fault)
console.log(`${pages.length} pages at ${Object.keys(widths).length} widths, ${faults.length} faults`)
process.exit(faults.length ? 1 : 0)
