// The site of the documentation: the Markdown of docs/ as it stands, with a search that runs in the browser.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { defineConfig } from 'vitepress'

const root = resolve(import.meta.dirname, '../../..')
const docs = join(root, 'docs')
const repository = 'https://github.com/fgctl/fgctl'

// GitHub's fragments, so that a link works on both.
const slugify = (text) =>
  text.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '').replaceAll(' ', '-')

// The table of contents is docs/README.md: its links, in its order.
const pages = [...readFileSync(join(docs, 'README.md'), 'utf8').matchAll(/^- \[([^\]]+)\]\(([\w-]+)\.md\)/gm)]
  .map(([, text, page]) => ({ text, link: `/${page}` }))
const commands = readdirSync(join(docs, 'commands')).sort()
  .map((file) => file.replace('.md', ''))
  .map((name) => ({ text: name.replaceAll('_', ' '), link: `/commands/${name}` }))

// A link from docs/ to another file of the repository leads to that file on GitHub.
function toRepository(href, page) {
  const [path, place] = href.split('#')
  if (!path || /^\w+:/.test(path)) return href
  const target = resolve(dirname(page), path)
  if (target.startsWith(docs) && path.endsWith('.md')) return href
  if (!existsSync(target)) throw new Error(`${page}: the link ${href} leads nowhere`)
  const kind = statSync(target).isDirectory() ? 'tree' : 'blob'
  return `${repository}/${kind}/main/${relative(root, target)}${place ? `#${place}` : ''}`
}

export default defineConfig({
  title: 'fgctl',
  description: 'Manage Amazon EKS Fargate profiles, and explain which one a pod would run on',
  base: '/fgctl/',
  srcDir: 'pages',
  outDir: join(root, 'bin/site'),
  cacheDir: join(root, 'bin/site-cache'),
  rewrites: { 'README.md': 'index.md' },
  cleanUrls: true,
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    headers: { slugify },
    config(md) {
      // Braces in text are text, not an expression of the generator's.
      for (const rule of ['text', 'code_inline']) {
        const render = md.renderer.rules[rule]
        md.renderer.rules[rule] = (...args) => render(...args).replaceAll('{{', '&#123;&#123;')
      }
      md.core.ruler.push('repository-links', (state) => {
        const page = join(docs, state.env.relativePath.replace('index.md', 'README.md'))
        const links = state.tokens.flatMap((block) => block.children ?? []).filter((token) => token.type === 'link_open')
        for (const token of links) token.attrSet('href', toRepository(token.attrGet('href'), page))
      })
    },
  },
  // The pages come through a link into this directory, where the modules are.
  vite: { resolve: { preserveSymlinks: true } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      { text: 'Documentation', items: pages },
      { text: 'Commands', collapsed: true, items: commands },
    ],
    socialLinks: [{ icon: 'github', link: repository }],
  },
})
