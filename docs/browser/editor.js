// The editor: CodeMirror with Python in it, coloured as the page is.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], class: "cm-n-keyword" },
  { tag: [tags.comment, tags.docString], class: "cm-n-comment" },
  { tag: tags.string, class: "cm-n-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "cm-n-number" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], class: "cm-n-name" },
]);

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
        // Escape, then Tab leaves the editor: CodeMirror's own way for those who have no mouse.
        keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      ],
    }),
  });
  // What is to be written stands first, not what introduces it.
  const begin = [...text.matchAll(/^(def|class) /gm)][0];
  if (begin) view.dispatch({ effects: EditorView.scrollIntoView(begin.index, { y: "start", yMargin: 6 }) });
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
