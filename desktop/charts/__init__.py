"""Charts. Drawn with pyqtgraph, which is imported when the first one has something to draw."""
