// The editor: CodeMirror with Python in it, coloured as the page is.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, ViewPlugin } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], class: "cm-n-keyword" },
  { tag: [tags.comment, tags.docString], class: "cm-n-comment" },
  { tag: tags.string, class: "cm-n-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "cm-n-number" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], class: "cm-n-name" },
]);

// What is left of a line that is too long stands beneath its beginning, not where a line of its own would.
const hanging = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.lines = this.looked(view);
    }

    update(update) {
      if (update.docChanged || update.viewportChanged) this.lines = this.looked(update.view);
    }

    looked(view) {
      const lines = [];
      for (const { from, to } of view.visibleRanges)
        for (let at = from; at <= to; ) {
          const line = view.state.doc.lineAt(at);
          const indent = line.text.match(/^ *(# )?/)[0].length;
          if (indent) lines.push(Decoration.line({ attributes: { style: `text-indent: -${indent}ch; padding-left: calc(${indent}ch + 6px)` } }).range(line.from));
          at = line.to + 1;
        }
      return Decoration.set(lines);
    }
  },
  { decorations: (plugin) => plugin.lines },
);

/** An editor in a place. changed: called with the text some time after a change; grade: Ctrl-Enter. */
export function editor(place, text, label, changed, grade) {
  const run = () => {
    grade();
    return true;
  };
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        python(),
        syntaxHighlighting(colours),
        lintGutter(),
        EditorView.lineWrapping,
        hanging,
        // Escape, then Tab leaves the editor: CodeMirror's own way for those who have no mouse.
        keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      ],
    }),
  });
  // What is to be written stands first, not what introduces it. The page itself stays where it is.
  const begin = [...text.matchAll(/^(def|class) /gm)][0];
  const top = (at) => ({ read: () => view.lineBlockAt(at).top, write: (place) => (view.scrollDOM.scrollTop = place) });
  if (begin) view.requestMeasure(top(begin.index));
  return {
    view,
    get text() {
      return view.state.doc.toString();
    },
    set text(value) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
    },
    /** Mark lines: pairs of a number and what is to be said there. */
    mark(lines) {
      const document = view.state.doc;
      const marks = lines
        .filter(([number]) => number >= 1 && number <= document.lines)
        .map(([number, message]) => {
          const line = document.line(number);
          const from = line.from + (line.text.length - line.text.trimStart().length);
          return { from, to: Math.max(line.to, from), severity: "error", message };
        });
      view.dispatch(setDiagnostics(view.state, marks));
    },
  };
}
