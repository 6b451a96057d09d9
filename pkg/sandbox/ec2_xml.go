package sandbox

// This file holds the list that every EC2 describe operation answers with.

import "encoding/xml"

// ec2List is a page of things under its list's name, and the token of the next page.
type ec2List struct {
	name  string
	items []any
	next  string
}

// MarshalXML writes the list into the surrounding element, as EC2 does.
func (l ec2List) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	start := xml.StartElement{Name: xml.Name{Local: l.name}}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, item := range l.items {
		if err := e.EncodeElement(item, xml.StartElement{Name: xml.Name{Local: "item"}}); err != nil {
			return err
		}
	}
	if err := e.EncodeToken(start.End()); err != nil {
		return err
	}
	if l.next == "" {
		return nil
	}
	return e.EncodeElement(l.next, xml.StartElement{Name: xml.Name{Local: "nextToken"}})
}
