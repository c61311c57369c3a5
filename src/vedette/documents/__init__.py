"""The room that reads documents: a file comes in, its text with parts, links and what could not be read goes out."""
