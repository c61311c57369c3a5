"""What the generated pages are made of: one module a page; code goes in, Markdown comes out."""
