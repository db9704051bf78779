"""The Gradio theme: each of its tokens is a CSS variable of ``assets/look/tokens.css``.

Light and dark therefore differ only in the ``.dark`` block of that stylesheet. Settings that have no theme token
(full-width pages, no footer, form density) are in ``assets/pages/gradio.css``.
"""

import gradio as gr

_SURFACES = {
    "body_background_fill": "bg",
    "body_text_color": "tx1",
    "body_text_color_subdued": "tx2",
    "background_fill_primary": "panel",
    "background_fill_secondary": "raised",
    "border_color_primary": "line",
    "border_color_accent": "ac",
    "border_color_accent_subdued": "ac-line",
    "color_accent": "ac",
    "color_accent_soft": "ac-soft",
    "link_text_color": "ac",
    "link_text_color_hover": "ac",
    "link_text_color_active": "ac",
    "link_text_color_visited": "ac",
    "block_background_fill": "panel",
    "block_border_color": "line",
    "block_title_text_color": "tx2",
    "block_label_background_fill": "raised",
    "block_label_text_color": "tx2",
    "block_label_border_color": "line",
    "block_info_text_color": "tx3",
    "panel_background_fill": "panel",
    "panel_border_color": "line",
    "error_background_fill": "bad-soft",
    "error_border_color": "bad",
    "error_text_color": "bad",
    "error_icon_color": "bad",
    "table_border_color": "line",
    "table_even_background_fill": "panel",
    "table_odd_background_fill": "panel",
    "table_row_focus": "ac-soft",
    "table_text_color": "tx1",
    "slider_color": "ac",
    "loader_color": "ac",
    "stat_background_fill": "ac-fill",
    "shadow_drop_lg": "sh",
}
_CONTROLS = {
    "input_background_fill": "field",
    "input_background_fill_focus": "field",
    "input_border_color": "line2",
    "input_border_color_focus": "ac",
    "input_placeholder_color": "tx3",
    "checkbox_background_color": "field",
    "checkbox_background_color_selected": "ac-fill",
    "checkbox_border_color": "ctl-line",
    "checkbox_border_color_selected": "ac-fill",
    "checkbox_border_color_focus": "ac",
    "checkbox_label_background_fill_hover": "hover",
    "checkbox_label_background_fill_selected": "ac-soft",
    "checkbox_label_text_color": "tx1",
    "checkbox_label_text_color_selected": "tx1",
    "checkbox_label_border_color": "line2",
    "button_primary_background_fill": "ac-fill",
    "button_primary_background_fill_hover": "ac-fill-h",
    "button_primary_text_color": "ac-tx",
    "button_primary_text_color_hover": "ac-tx",
    "button_secondary_background_fill": "raised",
    "button_secondary_background_fill_hover": "hover",
    "button_secondary_text_color": "tx1",
    "button_secondary_text_color_hover": "tx1",
    "button_secondary_border_color": "line2",
    "button_secondary_border_color_hover": "line2",
    "button_cancel_background_fill": "bad-fill",
    "button_cancel_background_fill_hover": "bad-fill",
    "button_cancel_text_color": "ac-tx",
}
_LITERAL = {
    "body_text_size": "13px",
    "block_border_width": "0px",
    "block_radius": "6px",
    "block_shadow": "none",
    "block_padding": "0px",
    "block_title_text_size": "12px",
    "block_title_text_weight": "500",
    "block_title_background_fill": "transparent",
    "block_title_padding": "0",
    "block_label_text_size": "12px",
    "layout_gap": "16px",
    "form_gap_width": "0px",
    "container_radius": "10px",
    "prose_text_size": "13px",
    "prose_header_text_weight": "600",
    "section_header_text_size": "13px",
    "input_border_width": "1px",
    "input_radius": "6px",
    "input_padding": "6px 10px",
    "input_text_size": "13px",
    "input_shadow": "none",
    "input_shadow_focus": "0 0 0 1px var(--v-ac)",
    "checkbox_label_background_fill": "transparent",
    "checkbox_label_padding": "5px 10px",
    "button_large_padding": "0 14px",
    "button_medium_padding": "0 12px",
    "button_small_padding": "0 8px",
    "button_large_radius": "6px",
    "button_medium_radius": "6px",
    "button_small_radius": "6px",
    "button_large_text_size": "13px",
    "button_medium_text_size": "12px",
    "button_small_text_size": "12px",
    "button_large_text_weight": "500",
    "button_medium_text_weight": "500",
    "button_small_text_weight": "500",
    "button_transform_hover": "none",
    "button_transform_active": "none",
    "button_primary_border_color": "transparent",
    "button_primary_border_color_hover": "transparent",
    "button_primary_shadow": "none",
    "button_primary_shadow_hover": "none",
    "button_primary_shadow_active": "none",
    "button_secondary_shadow": "none",
    "button_secondary_shadow_hover": "none",
    "button_secondary_shadow_active": "none",
    "table_radius": "10px",
    "shadow_drop": "none",
}
# System fonts only: a web font would be loaded from another server.
_FONTS = ("Inter", "Segoe UI Variable Text", "Segoe UI", "-apple-system", "BlinkMacSystemFont", "Roboto")
_FALLBACK_FONTS = ("Helvetica Neue", "Noto Sans", "Liberation Sans", "Arial", "sans-serif")
_MONO = ("ui-monospace", "SF Mono", "Cascadia Mono", "Menlo", "Consolas", "Liberation Mono", "monospace")


def tokens() -> dict[str, str]:
    """Gradio theme token -> CSS value; a colour is always ``var(--v-…)``."""
    coloured = {name: f"var(--v-{variable})" for name, variable in {**_SURFACES, **_CONTROLS}.items()}
    return {**coloured, **_LITERAL}


def theme() -> gr.themes.Base:
    """The theme for ``gr.mount_gradio_app``; the dark variant of a token gets the same variable as the light one."""
    light = tokens()
    base = gr.themes.Base(
        font=[*_FONTS, *_FALLBACK_FONTS],
        font_mono=list(_MONO),
        spacing_size="sm",
        radius_size="md",
        text_size="sm",
    )
    known = {name for name in dir(base) if name.endswith("_dark")}
    dark = {f"{name}_dark": value for name, value in light.items() if f"{name}_dark" in known}
    return base.set(**light, **dark)


def css() -> str:
    """CSS for ``gr.mount_gradio_app``: only what has to override Gradio before our stylesheets are loaded."""
    return "footer{display:none!important}"
