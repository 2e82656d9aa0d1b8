"""What we show: progress and classes as pictures, answers as tables.

Made in a process of their own; matplotlib and openpyxl are imported there, when first used.
"""
