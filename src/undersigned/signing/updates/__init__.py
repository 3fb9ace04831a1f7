"""News of an appeal: written in Markdown, kept on its page, sent to those who asked for them."""
