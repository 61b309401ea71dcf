"""The Gradio theme: system fonts, ink on paper, one accent, enough contrast in both modes."""

import gradio as gr

from qbert_demo.figures.theme import HEAD_COLOURS

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
INK, PAPER = "#1b1f24", "#ffffff"
DARK_INK, DARK_PAPER = "#e8eaed", "#14171b"


def explorer_theme() -> gr.themes.Base:
    """Return the theme of the app; other colours stand in ``static/app.css``."""
    return gr.themes.Base(
        primary_hue="slate", secondary_hue="slate", neutral_hue="slate", font=SANS, font_mono=MONO
    ).set(
        body_background_fill=PAPER,
        body_background_fill_dark=DARK_PAPER,
        body_text_color=INK,
        body_text_color_dark=DARK_INK,
        body_text_color_subdued="#575e68",
        body_text_color_subdued_dark="#a3abb5",
        background_fill_primary=PAPER,
        background_fill_primary_dark=DARK_PAPER,
        background_fill_secondary="#f6f7f8",
        background_fill_secondary_dark="#1d2126",
        border_color_primary="#d5d9de",
        border_color_primary_dark="#3a4048",
        block_background_fill=PAPER,
        block_background_fill_dark=DARK_PAPER,
        block_border_width="0px",
        block_label_text_color=INK,
        block_label_text_color_dark=DARK_INK,
        block_title_text_color=INK,
        block_title_text_color_dark=DARK_INK,
        block_title_text_weight="500",
        block_padding="0px",
        input_background_fill=PAPER,
        input_background_fill_dark="#1d2126",
        input_border_color="#8a929c",
        input_border_color_dark="#6b737d",
        input_border_width="1px",
        input_placeholder_color="#656c76",
        input_placeholder_color_dark="#98a0aa",
        button_primary_background_fill=INK,
        button_primary_background_fill_dark=DARK_INK,
        button_primary_background_fill_hover="#3a4048",
        button_primary_background_fill_hover_dark="#c8ccd1",
        button_primary_text_color=PAPER,
        button_primary_text_color_dark=DARK_PAPER,
        button_secondary_background_fill="#eef0f2",
        button_secondary_background_fill_dark="#2a2f36",
        button_secondary_background_fill_hover="#dfe2e6",
        button_secondary_background_fill_hover_dark="#3a4048",
        button_secondary_text_color=INK,
        button_secondary_text_color_dark=DARK_INK,
        checkbox_border_color="#8a929c",
        checkbox_border_color_dark="#98a0aa",
        checkbox_background_color_selected=INK,
        checkbox_background_color_selected_dark="#5b8def",
    )


def head_styles() -> str:
    """Colour the columns and rows of every head, and hide its download until it is trained."""
    return "\n".join(
        f":root {{ --{head}: {colour}; }}\n"
        f".table-frame th[scope=col].{head} {{ border-bottom: 3px solid {colour}; }}\n"
        f".table-frame th[scope=row].{head} {{ border-left: 4px solid {colour}; }}\n"
        f"#finetune-tab:not(:has(#training-result .{head})) #download-{head} {{ display: none; }}"
        for head, colour in HEAD_COLOURS.items()
    )
