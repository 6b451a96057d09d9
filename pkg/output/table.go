package output

import (
	"cmp"
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"
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
	return (&table{}).write(s, header, rows)
}

// table remembers the widths of its columns, so that what is written later stands below what was written first.
type table struct {
	widths []int
	// grouped reports whether an empty cell means the one above, which may go on in its place.
	grouped bool
}

func (t *table) write(s *Streams, header []string, rows [][]string) error {
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
	mayBreak := s.OutTerminal && s.Width > 0
	if t.widths == nil {
		t.widths = widest(cells, displayWidth)
		if mayBreak {
			squeeze(t.widths, widest(cells, wordWidth), s.Width-gap*(len(t.widths)-1))
		}
	}
	var out strings.Builder
	lines := make([][]string, len(t.widths)) // of each column, those that are to be written yet
	for i, row := range cells {
		height := 1
		for j, cell := range row {
			if cell != "" || !t.grouped {
				lines[j] = []string{cell}
				if mayBreak {
					lines[j] = breakCell(cell, t.widths[j])
				}
			}
			if goesOn := t.grouped && i+1 < len(cells) && cells[i+1][j] == ""; !goesOn {
				height = max(height, len(lines[j]))
			}
		}
		t.writeLines(&out, lines, height)
	}
	_, err := io.WriteString(s.Out, out.String())
	return err
}

// writeLines writes so many lines, and takes from each column what they hold. No line ends in spaces, so that a copied
// table has none.
func (t *table) writeLines(out *strings.Builder, lines [][]string, height int) {
	for range height {
		var line strings.Builder
		for j := range lines {
			part := ""
			if len(lines[j]) > 0 {
				part, lines[j] = lines[j][0], lines[j][1:]
			}
			line.WriteString(part + strings.Repeat(" ", max(0, t.widths[j]-displayWidth(part))+gap))
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// tableWidth is the number of columns that a table takes where cells have the width that measure says.
func tableWidth(header []string, rows [][]string, measure func(cell string) int) int {
	sum := 0
	for _, w := range widest(append([][]string{header}, rows...), measure) {
		sum += w + gap
	}
	return max(0, sum-gap)
}

// wordWidth returns the least width to which a cell is squeezed before a word of it is torn: that of its widest word.
func wordWidth(cell string) int {
	word := min(displayWidth(cell), narrowest)
	for cell != "" {
		end := strings.IndexAny(cell, breakAfter) + 1
		if end == 0 {
			end = len(cell)
		}
		word, cell = max(word, displayWidth(strings.TrimRight(cell[:end], " "))), cell[end:]
	}
	return word
}

// widest returns the width of the widest cell of every column.
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
		func(j int) int { return words[j] },
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

func displayWidth(text string) int { return displaywidth.String(text) }

func runeWidth(r rune) int { return displaywidth.Rune(r) }
