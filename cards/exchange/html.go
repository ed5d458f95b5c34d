package exchange

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/gatedrill/gatedrill/cards"
)

// cleaner turns HTML of strangers into Markdown. It is safe for concurrent
// use.
type cleaner struct{ conv *converter.Converter }

func newCleaner() *cleaner {
	return &cleaner{converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))}
}

// special are the characters that mean something in HTML or Markdown. Text
// without them, in one line that begins with a letter, is its own Markdown.
const special = "<>&\\`*_[]{}#|~!\n\r\t\u00a0"

func isPlain(s string) bool {
	return s != "" && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z') && !strings.ContainsAny(s, special) &&
		!strings.Contains(s, "  ") && !strings.Contains(s, "://") && !strings.Contains(s, "www.")
}

// markdown converts a field. What went in it that is not shown is told to
// said.
func (c *cleaner) markdown(text string, said func(what string)) (string, error) {
	if isPlain(text) && !cards.Unsafe(text) {
		return strings.TrimSpace(text), nil
	}
	if cards.Unsafe(text) {
		said("control characters or bytes that are no text were removed")
		text = cards.Clean(text)
	}
	text = sound(text)
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return "", fmt.Errorf("read its HTML: %w", err)
	}
	strip(root, said)
	md, err := c.conv.ConvertNode(root)
	if err != nil {
		return "", fmt.Errorf("turn its HTML into Markdown: %w", err)
	}
	// What is left of entities may be a control character.
	return strings.TrimSpace(cards.Clean(strings.ReplaceAll(string(md), "\u00a0", " "))), nil
}

// sound makes words of the marks by which Anki plays a sound.
func sound(text string) string {
	for {
		before, rest, found := strings.Cut(text, "[sound:")
		name, after, closed := strings.Cut(rest, "]")
		if !found || !closed {
			return text
		}
		text = before + "(sound: " + html.EscapeString(name) + ")" + after
	}
}

// strip takes out of a tree what is no text, and whatever might act.
func strip(n *html.Node, said func(string)) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode || c.Type == html.DoctypeNode:
			n.RemoveChild(c)
		case c.Type == html.ElementNode && acts(c):
			said("scripts, forms or embedded pages were removed")
			n.RemoveChild(c)
		case c.Type == html.ElementNode && c.DataAtom == atom.Style:
			n.RemoveChild(c)
		case c.Type == html.ElementNode && (c.DataAtom == atom.Img || c.DataAtom == atom.Image):
			said(noPictures)
			n.InsertBefore(&html.Node{Type: html.TextNode, Data: picture(c)}, c)
			n.RemoveChild(c)
		default:
			link(c)
			strip(c, said)
		}
		c = next
	}
}

func acts(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Iframe, atom.Object, atom.Embed, atom.Form, atom.Input, atom.Button, atom.Select, atom.Textarea,
		atom.Link, atom.Meta, atom.Base, atom.Svg, atom.Canvas, atom.Noscript, atom.Template, atom.Frame, atom.Frameset, atom.Applet:
		return true
	}
	return false
}

// noPictures is said of pictures.
const noPictures = "pictures cannot be shown in a terminal, their names stand there"

// source is where a tag of a picture says what it is called.
var source = regexp.MustCompile(`(?is)<ima?ge?\b[^>]*?\b(?:src|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))`)

// pictures are the names of the pictures in a text.
func pictures(text string) (names []string) {
	for _, m := range source.FindAllStringSubmatch(text, -1) {
		name := html.UnescapeString(m[1] + m[2] + m[3])
		if strings.HasPrefix(name, "data:") {
			name = "(a picture in the text itself)"
		}
		names = append(names, name)
	}
	return names
}

// picture is what is shown in the place of a picture.
func picture(n *html.Node) string {
	if alt := strings.TrimSpace(attribute(n, "alt")); alt != "" {
		return "[picture: " + alt + "]"
	}
	src, _, _ := strings.Cut(attribute(n, "src"), "?")
	if src == "" || strings.HasPrefix(src, "data:") {
		return "[picture]"
	}
	return "[picture: " + path.Base(src) + "]"
}

// link leaves only links that lead to a page.
func link(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		if n.DataAtom == atom.A && a.Key == "href" && !isPage(a.Val) {
			continue
		}
		if !strings.HasPrefix(a.Key, "on") && a.Key != "style" {
			kept = append(kept, a)
		}
	}
	n.Attr = kept
	if n.DataAtom == atom.A && attribute(n, "href") == "" {
		n.Data, n.DataAtom = "span", atom.Span
	}
}

// isPage reports whether an address is one of the web.
func isPage(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
