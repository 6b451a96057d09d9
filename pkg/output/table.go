package output

import (
	"cmp"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// gap is the number of spaces between two columns.
const gap = 2

// narrowest is the width below which no column is squeezed.
const narrowest = 8

// Table writes a header and rows to Out. A nil header writes none (--no-headers). Cells are cleaned.
// Where Out is a terminal too narrow for the table, cells are broken into several lines between words,
// and within words only where that is not enough, so that the columns stay aligned and nothing is lost;
// anywhere else a row is always one line, for grep and awk.
func Table(s *Streams, header []string, rows [][]string) error {
	all := make([][]string, 0, len(rows)+1)
	if header != nil {
		all = append(all, header)
	}
	all = append(all, rows...)
	if len(all) == 0 {
		return nil
	}
	cells := make([][]string, len(all))
	for i, row := range all {
		cells[i] = make([]string, len(row))
		for j, cell := range row {
			cells[i][j] = Clean(cell)
		}
	}
	widths := columnWidths(cells)
	if s.OutTerminal && s.Width > 0 {
		squeeze(widths, wordWidths(cells), s.Width-gap*(len(widths)-1))
		for _, row := range cells {
			for j, cell := range row {
				row[j] = strings.Join(breakCell(cell, widths[j]), "\n")
			}
		}
	}
	out := &trimmer{w: s.Out}
	table := tablewriter.NewTable(out,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithConfig(plain()),
	)
	for _, row := range cells {
		if err := table.Append(row); err != nil {
			return err
		}
	}
	if err := table.Render(); err != nil {
		return err
	}
	return out.err
}

// plain switches off everything that tablewriter would do to the text of a cell.
func plain() tablewriter.Config {
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{Global: tw.Padding{Right: strings.Repeat(" ", gap), Overwrite: true}},
	}
	return tablewriter.Config{
		Row:      cell,
		Behavior: tw.Behavior{TrimSpace: tw.Off, TrimLine: tw.Off},
	}
}

// TableWidth is the number of columns that a table takes where nothing is broken.
func TableWidth(header []string, rows [][]string) int {
	sum := 0
	for _, w := range columnWidths(append([][]string{header}, rows...)) {
		sum += w + gap
	}
	return max(0, sum-gap)
}

// columnWidths returns the width of the widest cell of every column.
func columnWidths(rows [][]string) []int { return widest(rows, displayWidth) }

// wordWidths returns the width of the widest word of every column.
func wordWidths(rows [][]string) []int {
	return widest(rows, func(cell string) int {
		word := 0
		for cell != "" {
			end := strings.IndexAny(cell, breakAfter) + 1
			if end == 0 {
				end = len(cell)
			}
			word, cell = max(word, displayWidth(strings.TrimRight(cell[:end], " "))), cell[end:]
		}
		return word
	})
}

func widest(rows [][]string, measure func(cell string) int) []int {
	var widths []int
	for _, row := range rows {
		for j, cell := range row {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], measure(cell))
		}
	}
	return widths
}

// squeeze takes columns away from the widest ones until the sum fits: first no word is torn, and where
// that does not do, words are.
func squeeze(widths, words []int, room int) {
	for _, least := range []func(j int) int{
		func(j int) int { return max(words[j], narrowest) },
		func(int) int { return narrowest },
	} {
		sum := 0
		for _, w := range widths {
			sum += w
		}
		for ; sum > room; sum-- {
			victim := -1
			for j, w := range widths {
				if w > least(j) && (victim < 0 || w > widths[victim]) {
					victim = j
				}
			}
			if victim < 0 {
				break
			}
			widths[victim]--
		}
	}
}

// breakAfter are the characters that end a word of a cell: lists, ARNs and headers have them.
const breakAfter = ",/:_ "

// breakCell breaks a cell into lines of at most limit columns, after the last word that fits, else in
// the middle of a word, and there after a hyphen where it has one: names are made of words.
func breakCell(cell string, limit int) []string {
	cell = strings.TrimRight(cell, " ")
	var lines []string
	for displayWidth(cell) > limit {
		end, good, hyphen, w := 0, 0, 0, 0
		for i, r := range cell {
			w += runeWidth(r)
			if w > limit && end > 0 {
				if r == ' ' { // it needs no room at the end of a line
					good = i + 1
				}
				break
			}
			end = i + len(string(r))
			if strings.ContainsRune(breakAfter, r) {
				good = end
			}
			if r == '-' {
				hyphen = end
			}
		}
		if good = cmp.Or(good, hyphen); good > 0 {
			end = good
		}
		if end >= len(cell) {
			break
		}
		lines = append(lines, strings.TrimRight(cell[:end], " "))
		cell = strings.TrimLeft(cell[end:], " ")
	}
	return append(lines, cell)
}

func displayWidth(text string) int { return twwidth.Width(text) }

func runeWidth(r rune) int { return twwidth.Width(string(r)) }

// trimmer drops the spaces at the ends of lines, so that a copied table has none, and remembers the
// first error of the writer behind it.
type trimmer struct {
	w    io.Writer
	rest string
	err  error
}

func (t *trimmer) Write(p []byte) (int, error) {
	text := t.rest + string(p)
	end := strings.LastIndexByte(text, '\n') + 1
	t.rest = text[end:]
	var out strings.Builder
	for line := range strings.Lines(text[:end]) {
		out.WriteString(strings.TrimRight(line, " \n"))
		out.WriteByte('\n')
	}
	if t.err == nil && out.Len() > 0 {
		_, t.err = io.WriteString(t.w, out.String())
	}
	return len(p), t.err
}
