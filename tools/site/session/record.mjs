// Records session.sh in a terminal and writes it as an animated SVG: node record.mjs OUT.svg
// script(1) brings the terminal and notes the times, xterm.js makes the screens of the bytes. Where nothing moves, by choice
// of the viewer, the last screen stands.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import xterm from '@xterm/headless'

const columns = 80, rows = 24, cell = 8.4, lineHeight = 18, margin = 14
const shortest = 0.2 // seconds that a screen stays at least
const last = 5 // seconds of the last one
const colors = ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4',
  '#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff']

function record() {
  const root = resolve(import.meta.dirname, '../../..')
  const dir = mkdtempSync(join(tmpdir(), 'session-'))
  try {
    execFileSync('script', ['--quiet', '--flush', '--log-out', join(dir, 'out'), '--log-timing', join(dir, 'times'), '--command',
      `fgctl sandbox run --create-delay 4s --delete-delay 3s -- bash ${join(import.meta.dirname, 'session.sh')}`], {
      env: { PATH: `${join(root, 'bin')}:${process.env.PATH}`, HOME: dir, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const bytes = readFileSync(join(dir, 'out'))
    const chunks = []
    let at = bytes.indexOf('\n') + 1 // after script's own first line
    for (const line of readFileSync(join(dir, 'times'), 'utf8').trim().split('\n')) {
      const [delay, length] = line.split(' ').map(Number)
      chunks.push({ delay, bytes: bytes.subarray(at, (at += length)) })
    }
    return chunks
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c])

// The row as SVG: a text for each run of one style, of exactly its columns' width.
function draw(line) {
  const runs = []
  for (let x = 0; x < columns; x++) {
    const c = line.getCell(x)
    const style = `${c.isFgDefault() ? '' : ` fill="${colors[c.getFgColor()] ?? colors[7]}"`}${c.isBold() ? ' font-weight="bold"' : ''}${c.isDim() ? ' opacity="0.6"' : ''}`
    const text = c.getChars() || ' '
    if (runs.at(-1)?.style === style) runs.at(-1).text += text
    else runs.push({ style, text, x })
  }
  return runs.filter(({ text }) => text.trim()).map(({ style, text, x }) => {
    const kept = text.trimEnd()
    return `<text x="${(x * cell).toFixed(1)}"${style} textLength="${(kept.length * cell).toFixed(1)}">${escape(kept)}</text>`
  }).join('')
}

const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
const screens = []
let now = 0
for (const { delay, bytes } of record()) {
  now += delay
  await new Promise((done) => terminal.write(bytes, done))
  const { active } = terminal.buffer
  const lines = Array.from({ length: rows }, (_, y) => draw(active.getLine(active.viewportY + y)))
  if (screens.length && now - screens.at(-1).at < shortest) screens.at(-1).lines = lines
  else if (lines.join('\n') !== screens.at(-1)?.lines.join('\n')) screens.push({ at: now, lines })
}
if (screens.at(-1).lines.every((line) => !line)) screens.pop()

const width = columns * cell + 2 * margin, height = rows * lineHeight + 2 * margin
const seconds = screens.at(-1).at - screens[0].at + last
const ids = new Map()
for (const line of screens.flatMap(({ lines }) => lines)) if (line && !ids.has(line)) ids.set(line, `l${ids.size}`)
const film = screens.map(({ lines }, i) => `<g transform="translate(${i * width} 0)">` +
  lines.map((line, y) => line && `<use href="#${ids.get(line)}" y="${y * lineHeight}"/>`).join('') + '</g>')
const steps = screens.map(({ at }, i) => `${(100 * (at - screens[0].at) / seconds).toFixed(3)}%{transform:translateX(${-i * width}px)}`)
writeFileSync(process.argv[2], `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>A terminal session with fgctl: a profile is created, explained, replaced and listed</title>
<style>text{white-space:pre}.film{transform:translateX(${-(screens.length - 1) * width}px)}
@media (prefers-reduced-motion:no-preference){.film{animation:film ${seconds.toFixed(1)}s steps(1,end) infinite}}
@keyframes film{${steps.join('')}}</style>
<defs>${[...ids].map(([line, id]) => `<g id="${id}">${line}</g>`).join('\n')}</defs>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g transform="translate(${margin} ${margin + 13})" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="#e6edf3"><g class="film">
${film.join('\n')}
</g></g>
</svg>
`)
console.log(`${screens.length} screens, ${Math.round(seconds)} s`)
