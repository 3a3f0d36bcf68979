"""Which of the published statements does the published evidence support?"""
