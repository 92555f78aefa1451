"""Installs colorize with its networks, its weights and a command."""

import re

from setuptools import find_packages, setup


def requirements():
    """The pins of requirements.txt, without comments and hashes."""
    with open('requirements.txt') as file:
        return re.findall(r'^[\w.-]+==[\w.]+', file.read(), re.M)


def version():
    with open('colorize/__init__.py') as file:
        return re.search(r"__version__ = '(.+)'", file.read()).group(1)


with open('README.rst', encoding='utf-8') as readme:
    long_description = readme.read()

setup(
    name='colorize',
    version=version(),
    description='Image Colorization with Deep Convolutional Neural Networks '
                '(Hwang & Zhou, 2016) on Lasagne and Theano',
    long_description=long_description,
    license='MIT',
    python_requires='>=3.9, <3.12',
    packages=find_packages(include=['colorize*', 'models', 'weights']),
    package_data={'colorize.onednn': ['src/*'],
                  'weights': ['*.npz', '*.json', '*.rst']},
    install_requires=requirements(),
    entry_points={
        'console_scripts': ['colorize = colorize.predict.__main__:script']},
    zip_safe=False,
)
