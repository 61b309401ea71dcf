"""The Gradio theme: system fonts, ink on paper, one accent, enough contrast in both modes."""

import gradio as gr

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
INK, PAPER = "#1b1f24", "#ffffff"
DARK_INK, DARK_PAPER = "#e8eaed", "#14171b"


COLOURS = {
    "body_background_fill": (PAPER, DARK_PAPER),
    "body_text_color": (INK, DARK_INK),
    "body_text_color_subdued": ("#575e68", "#a3abb5"),
    "background_fill_primary": (PAPER, DARK_PAPER),
    "background_fill_secondary": ("#f6f7f8", "#1d2126"),
    "border_color_primary": ("#d5d9de", "#3a4048"),
    "block_background_fill": (PAPER, DARK_PAPER),
    "block_label_text_color": (INK, DARK_INK),
    "block_title_text_color": (INK, DARK_INK),
    "input_background_fill": (PAPER, "#1d2126"),
    "input_border_color": ("#8a929c", "#6b737d"),
    "input_placeholder_color": ("#656c76", "#98a0aa"),
    "button_primary_background_fill": (INK, DARK_INK),
    "button_primary_background_fill_hover": ("#3a4048", "#c8ccd1"),
    "button_primary_text_color": (PAPER, DARK_PAPER),
    "button_secondary_background_fill": ("#eef0f2", "#2a2f36"),
    "button_secondary_background_fill_hover": ("#dfe2e6", "#3a4048"),
    "button_secondary_text_color": (INK, DARK_INK),
    "checkbox_background_color_selected": (INK, "#5b8def"),
}
"""Gradio's settings in light and in dark."""


def explorer_theme() -> gr.themes.Base:
    """Return the theme of the app; the figures' own colours stand in ``static/app.css``."""
    light = {name: colour for name, (colour, _) in COLOURS.items()}
    dark = {f"{name}_dark": colour for name, (_, colour) in COLOURS.items()}
    return gr.themes.Base(
        primary_hue="slate", secondary_hue="slate", neutral_hue="slate", font=SANS, font_mono=MONO
    ).set(
        block_border_width="0px",
        block_title_text_weight="500",
        block_padding="0px",
        input_border_width="1px",
        **light,
        **dark,
    )
