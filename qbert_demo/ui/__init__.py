"""The pages a visitor sees. Gradio stands here and nowhere else."""
