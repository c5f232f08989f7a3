"""Pictures of computation graphs: SVG that looks the same everywhere, and PNG made from it.

Promise: the same graph gives the same bytes on every machine; no program beside Python is asked.
Doors: svg.svg, svg.png, svg.save. layout finds rows and places, svg draws them.
Beside them lie the font and the style.
"""
