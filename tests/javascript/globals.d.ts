/** What the pages keep on `window`: the head that `app/web/pages/first_paint.py` writes, and the forms, read it there. */
interface Window {
  /** set by the shell's module, called by the events of Gradio's forms */
  vPages?: import("../../assets/pages/sheets.js").Sheets;
  /** resolves with `vPages` */
  vReady: Promise<import("../../assets/pages/sheets.js").Sheets>;
  vMakeReady?: (sheets: import("../../assets/pages/sheets.js").Sheets) => void;
  vTheme: { readonly dark: boolean; set(dark: boolean): void };
  /** what tests in a browser read of the editor */
  editor?: import("../../assets/editor/main.js").Exposed;
}
