"""Stable Video Diffusion between two boundary frames: samplers over a forward and a backward denoiser."""
