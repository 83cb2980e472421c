"""The pictures of the caseworkers' guide: each page of the console over the demo's office, in two languages and widths.

``make pictures`` takes them anew. Nobody in them is real, and nothing is sent to anybody.
"""
