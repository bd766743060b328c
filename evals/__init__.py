"""Proof of the quality of the answers: questions with known answers, metrics, systems, runs.

Everything here drives `Engine.ask`, so what is measured is what users get.
"""
